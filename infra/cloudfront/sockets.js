// The WebSocket API has one address, its stage; the conversation goes there as a query parameter.
// /ws/chat/<conversation>/?token=... becomes /live?conversation=<conversation>&token=...
// /ws/notification/user/?token=... becomes /live?notifications=1&token=...
var STAGE = '/live';
var ROOT = '/ws/';
var CHAT = '/ws/chat/';
var NOTIFICATIONS = /^\/ws\/notification\/user\/?$/;

function handler(event) {
    var request = event.request;
    var isChat = request.uri.indexOf(CHAT) === 0;
    var isNotifications = NOTIFICATIONS.test(request.uri);
    if (!isChat && !isNotifications && request.uri !== ROOT) {
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
        // Of several with one name the last counts, whichever way the name is written.
        query[encodeURIComponent(decoded(name))] = { value: given.multiValue ? given.multiValue[given.multiValue.length - 1].value : given.value };
    });
    if (isChat) {
        query.conversation = { value: encodeURIComponent(decoded(request.uri.slice(CHAT.length).replace(/\/$/, ''), true)) };
    }
    if (isNotifications) {
        query.notifications = { value: '1' };
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
