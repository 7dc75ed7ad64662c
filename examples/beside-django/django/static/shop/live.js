// Shows the stock as it changes: Go tells of what Django sells.
if (document.querySelector("[data-stock]")) {
  new EventSource("/live/stock/").addEventListener("stock", (event) => {
    const { slug, stock } = JSON.parse(event.data);
    for (const shown of document.querySelectorAll(`[data-stock="${slug}"]`)) {
      shown.classList.toggle("changed", shown.textContent !== String(stock));
      shown.textContent = stock;
    }
  });
}
