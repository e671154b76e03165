// /static/media/uploads/user/x.webp is the object uploads/user/x.webp in the bucket.
function handler(event) {
    var request = event.request;
    request.uri = request.uri.slice('/static/media'.length);
    return request;
}
