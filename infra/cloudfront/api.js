// API Gateway has no routes with a trailing slash, but the API's paths do: this removes one slash, and the app adds it
// again. The functions get the viewer's address, the requested host and the version of the API (the first part of the
// path, /v2/api/...) in headers that no viewer can set. On sign-in paths CloudFront itself sets the country header;
// elsewhere it does not, and a viewer could.
var SIGN_IN = /^(\/v\d{1,4})?\/api\/token/;
var VERSIONED = /^\/v(\d{1,4})(\/api\/.*)$/;

function handler(event) {
    var request = event.request;
    var versioned = VERSIONED.exec(request.uri);
    if (!SIGN_IN.test(request.uri)) {
        delete request.headers['cloudfront-viewer-country'];
    }
    delete request.headers['x-api-version'];
    if (versioned) {
        request.uri = versioned[2];
        request.headers['x-api-version'] = { value: versioned[1] };
    }
    if (request.uri.charAt(request.uri.length - 1) === '/') {
        request.uri = request.uri.slice(0, -1);
    }
    request.headers['x-viewer-address'] = { value: event.viewer.ip };
    request.headers['x-viewer-host'] = { value: request.headers.host.value };
    return request;
}
