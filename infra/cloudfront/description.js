// The API's description and the staff's desk: files whose names end with a slash, as its paths do. Both forms of a path lead there.
function handler(event) {
    var request = event.request;
    var name = request.uri.slice(request.uri.lastIndexOf('/') + 1);
    if (name !== '' && name.indexOf('.') === -1) {
        request.uri += '/';
    }
    return request;
}
