"use strict";
const large = document.getElementById("large");
const opened = { image: large.querySelector("img"), words: large.querySelector("pre") };

document.addEventListener("click", (event) => {
  const sort = event.target.closest(".sort");
  if (sort) return sortBy(sort.closest("th"));
  const picture = event.target.closest(".enlarge");
  if (picture) return enlarge(picture);
  if (event.target === large || event.target.closest(".close")) large.close();
});

function enlarge(button) {
  const image = button.querySelector("img");
  opened.image.src = image.src;
  opened.image.alt = image.alt;
  opened.words.textContent = button.title;
  large.showModal();
}

function sortBy(head) {
  const column = [...head.parentNode.children].indexOf(head);
  const down = head.getAttribute("aria-sort") === "ascending";
  for (const other of head.parentNode.children) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", down ? "descending" : "ascending");
  const body = head.closest("table").tBodies[0];
  const rows = [...body.rows].map((row) => [keyOf(row.cells[column]), row]);
  rows.sort(([a], [b]) => {
    if (a === null || b === null) return (a === null) - (b === null);
    const order = typeof a === "number" ? a - b : a.localeCompare(b, undefined, { numeric: true });
    return down ? -order : order;
  });
  body.append(...rows.map(([, row]) => row));
}

function keyOf(cell) {
  const value = cell.dataset.value;
  if (value === undefined) return cell.textContent;
  return value === "" ? null : Number(value);
}
