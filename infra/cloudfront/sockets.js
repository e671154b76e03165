// The WebSocket API has one URL, its stage; the conversation is passed as a query parameter.
// /ws/chat/<conversation>/?token=... becomes /live?conversation=<conversation>&token=...
// /ws/notification/user/?token=... becomes /live?notifications=1&token=...
// /ws/user/?ticket=... becomes /live?user=1&ticket=...
// The version of the API, the first part of the path (/v2/ws/...), becomes version=2.
var STAGE = '/live';
var VERSIONED = /^\/v(\d{1,4})(\/ws\/.*)$/;
var ROOT = '/ws/';
var CHAT = '/ws/chat/';
var NOTIFICATIONS = /^\/ws\/notification\/user\/?$/;
var USER = /^\/ws\/user\/?$/;

function handler(event) {
    var request = event.request;
    var versioned = VERSIONED.exec(request.uri);
    var uri = versioned ? versioned[2] : request.uri;
    var isChat = uri.indexOf(CHAT) === 0;
    var isNotifications = NOTIFICATIONS.test(uri);
    var isUser = USER.test(uri);
    if (!isChat && !isNotifications && !isUser && uri !== ROOT) {
        return {
            statusCode: 403,
            statusDescription: 'Forbidden',
            headers: { 'content-type': { value: 'application/json' } },
            body: { encoding: 'text', data: '{"message":"Forbidden"}' }
        };
    }
    var query = {};
    Object.keys(request.querystring).forEach(function (name) {
        var given = request.querystring[name];
        // If a name is repeated, the last one counts, however it is encoded.
        query[encodeURIComponent(decoded(name))] = { value: given.multiValue ? given.multiValue[given.multiValue.length - 1].value : given.value };
    });
    delete query.version;
    if (versioned) {
        query.version = { value: versioned[1] };
    }
    if (isChat) {
        query.conversation = { value: encodeURIComponent(decoded(uri.slice(CHAT.length).replace(/\/$/, ''), true)) };
    }
    if (isNotifications) {
        query.notifications = { value: '1' };
    }
    if (isUser) {
        query.user = { value: '1' };
    }
    request.uri = STAGE;
    request.querystring = query;
    return request;
}

function decoded(text, inPath) {
    try {
        return decodeURIComponent(inPath ? text : text.replace(/\+/g, ' '));
    } catch (malformed) {
        return text;
    }
}
