// The single-page app routes by itself: a path that names no file is the app. A dot alone makes no file: /user/jan.kowalski
// is a page of the app, while hidden names are files, and missing.
var FILE = /\/\.[^\/]*$|\.(avif|css|csv|gif|html|ico|jpe?g|js|json|map|md|mjs|mp3|mp4|ogg|otf|pdf|png|svg|ttf|txt|wasm|wav|webm|webmanifest|webp|woff2?|xml|zip)$/i;

function handler(event) {
    var request = event.request;
    if (!FILE.test(request.uri)) {
        request.uri = '/index.html';
    }
    return request;
}
