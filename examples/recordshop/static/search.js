// Shows what a search finds while it is typed: the server sends the part "results" of the page alone.
"use strict";

const search = document.getElementById("search");
const results = document.getElementById("results");
let asked; // the request that is under way

search.addEventListener("input", async () => {
  asked?.abort();
  asked = new AbortController();
  const query = new URLSearchParams(new FormData(search));
  try {
    const answer = await fetch(`${search.action}?${query}`, { headers: { "X-Part": "results" }, signal: asked.signal });
    if (answer.ok) results.innerHTML = await answer.text();
  } catch (error) {
    if (error.name !== "AbortError") throw error;
  }
});
