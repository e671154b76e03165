// API Gateway knows no route that ends in a slash, and the paths of the API do: one slash is taken off, the app puts
// it back. The functions get the viewer's address and the host it asked for in headers that no viewer can set.
function handler(event) {
    var request = event.request;
    if (request.uri.charAt(request.uri.length - 1) === '/') {
        request.uri = request.uri.slice(0, -1);
    }
    request.headers['x-viewer-address'] = { value: event.viewer.ip };
    request.headers['x-viewer-host'] = { value: request.headers.host.value };
    return request;
}
