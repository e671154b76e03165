// The API's description and the staff desk are files whose names end with a slash, like their paths. Both forms of a path work.
function handler(event) {
    var request = event.request;
    var name = request.uri.slice(request.uri.lastIndexOf('/') + 1);
    if (name !== '' && name.indexOf('.') === -1) {
        request.uri += '/';
    }
    return request;
}
