// The single-page app does its own routing: any path that is not a file serves the app. A dot alone does not make a file:
// /user/jan.kowalski is a page of the app. Names that begin with a dot count as files, and are missing.
var FILE = /\/\.[^\/]*$|\.(avif|css|csv|gif|html|ico|jpe?g|js|json|map|md|mjs|mp3|mp4|ogg|otf|pdf|png|svg|ttf|txt|wasm|wav|webm|webmanifest|webp|woff2?|xml|zip)$/i;

function handler(event) {
    var request = event.request;
    if (!FILE.test(request.uri)) {
        request.uri = '/index.html';
    }
    return request;
}
