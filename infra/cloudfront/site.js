// The single-page app routes by itself: a path that names no file is the app.
function handler(event) {
    var request = event.request;
    if (request.uri.slice(request.uri.lastIndexOf('/')).indexOf('.') === -1) {
        request.uri = '/index.html';
    }
    return request;
}
