// The live page: stock by server-sent events, chat by WebSocket.
"use strict";

const keep = 12; // lines that a list holds

function show(list, text) {
  const line = document.createElement("li");
  line.textContent = text;
  list.prepend(line);
  while (list.children.length > keep) list.lastChild.remove();
}

const stock = document.getElementById("stock");
const events = new EventSource(stock.dataset.url);
events.addEventListener("stock", (event) => {
  const change = JSON.parse(event.data);
  show(stock, change.stock ? `${change.title}: ${change.stock} left` : `${change.title}: sold out`);
});

const form = document.getElementById("chat");
const lines = document.getElementById("lines");
const here = document.getElementById("here");
let socket;

function connect() {
  socket = new WebSocket(new URL(form.dataset.url, location.href.replace(/^http/, "ws")));
  socket.addEventListener("message", (event) => {
    const line = JSON.parse(event.data);
    here.textContent = line.here === 1 ? "You are alone." : `${line.here} are here.`;
    show(lines, line.who ? `${line.who}: ${line.text}` : line.text);
  });
  // Also when the shop restarts: the new one is there already.
  socket.addEventListener("close", () => setTimeout(connect, 500 + 1000 * Math.random()));
}
connect();

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (socket.readyState !== WebSocket.OPEN) return;
  socket.send(form.elements.say.value);
  form.reset();
});
