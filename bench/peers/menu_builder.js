// The npm peer as its README shows it: ussd-menu-builder on Express, sessions in memory, three hops to the end.
const express = require('express');
const UssdMenu = require('ussd-menu-builder');

const sessions = {};
const config = {
    start: (id) => { if (!(id in sessions)) sessions[id] = {}; return Promise.resolve(sessions[id]); },
    end: (id) => { delete sessions[id]; return Promise.resolve(); },
    set: (id, key, value) => { sessions[id][key] = value; return Promise.resolve(); },
    get: (id, key) => Promise.resolve(sessions[id] ? sessions[id][key] : undefined),
};

// One menu a request: the README's shared one gives answers to the wrong caller when hops overlap.
function makeMenu() {
    const menu = new UssdMenu();
    menu.sessionConfig(config);
    menu.startState({
        run: () => menu.con('Welcome.\n1 I am fine\n2 Call me\n3 My dates\n4 I feel unwell\n5 More'),
        next: { 1: 'checkin', 2: 'call', 3: 'dates', 4: 'unwell', 5: 'more' },
    });
    menu.state('checkin', {
        run: () => { menu.session.set('fine', true).then(() => menu.con('How was your week?\n1 All well\n2 Not so well\n0 Back')); },
        next: { 1: 'well', 2: 'reason' },
    });
    menu.state('well', { run: () => menu.end('Thank you.') });
    for (const name of ['call', 'dates', 'unwell', 'more', 'reason']) {
        menu.state(name, { run: () => menu.end('Thank you.') });
    }
    return menu;
}

const app = express();
app.disable('x-powered-by');
app.use(express.urlencoded({ extended: false }));
app.post('/ussd', (request, response) => {
    makeMenu().run(request.body, (reply) => response.type('text/plain').send(reply));
});
const server = app.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: server.address().port })));
server.keepAliveTimeout = 60000;
