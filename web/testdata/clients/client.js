// A client of Node's ws for websocket_clients_test.go: exits with an error if anything is not as it
// should be.
const assert = require('assert');
const crypto = require('crypto');
const { once } = require('events');
const WebSocket = require('/usr/share/nodejs/ws');

const messages = ['', 'hä?', 'ä'.repeat(300000), Buffer.alloc(0), Buffer.from([0, 255]), crypto.randomBytes(100000), 'the same again and again, '.repeat(2000)];
const offers = [
	false,
	true,
	{ serverMaxWindowBits: 9, clientMaxWindowBits: true },
	{ serverNoContextTakeover: true, clientNoContextTakeover: true, threshold: 0 },
];

async function talk(url, perMessageDeflate) {
	const ws = new WebSocket(url, ['v0', 'chat'], { perMessageDeflate, maxPayload: 2 ** 24 });
	await once(ws, 'open');
	assert.strictEqual(ws.protocol, 'chat');
	assert.strictEqual(ws.extensions, perMessageDeflate ? 'permessage-deflate' : '');
	for (const message of messages) {
		ws.send(message);
		const [data, binary] = await once(ws, 'message');
		assert.strictEqual(binary, Buffer.isBuffer(message));
		assert(data.equals(Buffer.from(message)));
	}
	ws.send('in ', { fin: false });
	ws.send('', { fin: false });
	ws.send('two fragments and more');
	assert.strictEqual((await once(ws, 'message'))[0].toString(), 'in two fragments and more');
	ws.ping('?');
	assert.strictEqual((await once(ws, 'pong'))[0].toString(), '?');
	ws.close(1000);
	assert.strictEqual((await once(ws, 'close'))[0], 1000);
}

async function main(url) {
	for (const offer of offers) await talk(url, offer);
	const ws = new WebSocket(url);
	await once(ws, 'open');
	ws.send('close');
	const [code, reason] = await once(ws, 'close');
	assert.deepStrictEqual([code, reason.toString()], [4321, 'as told']);
	for (const [path, origin, status] of [['denied', undefined, 401], ['', 'https://evil.example', 403]]) {
		const refused = new WebSocket(url + path, { origin });
		refused.on('error', () => {});
		const [, response] = await once(refused, 'unexpected-response');
		assert.strictEqual(response.statusCode, status);
		response.destroy();
	}
}

setTimeout(() => process.exit(2), 60000).unref();
main(process.argv[2]).then(() => process.exit(0), (e) => { console.error(e); process.exit(1); });
