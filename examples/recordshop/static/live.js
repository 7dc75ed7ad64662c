// The live page: stock by server-sent events, echo by WebSocket.
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

const form = document.getElementById("echo");
const answers = document.getElementById("answers");
const socket = new WebSocket(new URL(form.dataset.url, location.href.replace(/^http/, "ws")));
socket.addEventListener("message", (event) => show(answers, event.data));
socket.addEventListener("close", () => show(answers, "The line was closed. Reload the page to open it again."));
form.addEventListener("submit", (event) => {
  event.preventDefault();
  socket.send(form.elements.say.value);
  form.reset();
});
