// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// Runs the CometD client as a desktop does, and prints each event as one line of JSON. The first
// line of standard input says what to do; a later line {"bye":true} disconnects and ends.

import readline from "node:readline";
import {adapt} from "cometd-nodejs-client";
import {CometD} from "cometd";
import {AckExtension} from "cometd/AckExtension.js";
import {WebSocket} from "ws";

const lines = readline.createInterface({input: process.stdin})[Symbol.asyncIterator]();
const order = JSON.parse((await lines.next()).value);
const authorization = "Basic " + Buffer.from(`${order.user}:${order.password}`).toString("base64");
const say = (line) => process.stdout.write(JSON.stringify(line) + "\n");
const fail = (what, detail) => {
    say({failed: what, detail});
    process.exit(1);
};

adapt();
console.debug = console.log = console.info = console.warn = (...words) => console.error(...words);
// A browser shows its credentials at the upgrade by itself; this stand-in has to be told.
window.WebSocket = class extends WebSocket {
    constructor(url, protocols) {
        super(url, protocols, {headers: {Authorization: authorization}});
    }
};

const cometd = new CometD();
if (order.ack) {
    cometd.registerExtension("ack", new AckExtension());
}
for (const transport of ["websocket", "long-polling", "callback-polling"]) {
    if (transport !== order.transport) {
        cometd.unregisterTransport(transport);
    }
}
cometd.configure({url: order.url, requestHeaders: {Authorization: authorization}, logLevel: "warn"});

let isAcknowledged = false;
cometd.addListener("/meta/handshake", (reply) => {
    isAcknowledged = Boolean(reply.ext && reply.ext.ack);
});
const handshake = await new Promise((done) => cometd.handshake(done));
if (!handshake.successful) {
    fail("handshake", handshake);
}
const subscribed = await new Promise((done) => cometd.subscribe(order.channel, (message) => {
    say({channel: message.channel, data: message.data});
}, done));
if (!subscribed.successful) {
    fail("subscribe", subscribed);
}
say({ready: true, transport: cometd.getTransport().type, ack: isAcknowledged});

for await (const line of lines) {
    if (JSON.parse(line).bye) {
        break;
    }
}
await new Promise((done) => cometd.disconnect(done));
say({bye: true});
process.exit(0);
