/* A filter and "only gaps" above each longer table; "fold all" above a tree; hits of the search that lead to records. Works from disk; asks the network for nothing. */
(function () {
  "use strict";
  function tools(table) {
    var rows = Array.prototype.slice.call(table.tBodies[0].rows);
    var gaps = Number(table.dataset.gaps || 0);
    if (rows.length < 8 && !gaps) { return; }
    var bar = document.createElement("div");
    bar.className = "mdr-tools";
    var words = document.createElement("input");
    words.type = "search";
    words.placeholder = "Filter rows";
    words.setAttribute("aria-label", "Filter the rows of the table below");
    var count = document.createElement("span");
    count.setAttribute("role", "status");
    bar.appendChild(words);
    var only = null;
    if (gaps) {
      only = document.createElement("input");
      only.type = "checkbox";
      var label = document.createElement("label");
      label.appendChild(only);
      label.appendChild(document.createTextNode("only gaps (" + gaps + ")"));
      bar.appendChild(label);
    }
    bar.appendChild(count);
    var texts = null;
    function apply() {
      if (!texts) { texts = rows.map(function (row) { return row.textContent.toLowerCase(); }); }
      var wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
      var shown = 0;
      rows.forEach(function (row, i) {
        var hit = (!only || !only.checked || row.classList.contains("mdr-gap-row")) &&
          wanted.every(function (word) { return texts[i].indexOf(word) !== -1; });
        row.hidden = !hit;
        if (hit) { shown += 1; }
      });
      count.textContent = shown + " of " + rows.length + " rows";
    }
    words.addEventListener("input", apply);
    if (only) { only.addEventListener("change", apply); }
    count.textContent = rows.length + (rows.length === 1 ? " row" : " rows");
    table.parentNode.parentNode.insertBefore(bar, table.parentNode);
  }
  function folds(tree) {
    var branches = tree.querySelectorAll("details");
    if (branches.length < 2) { return; }
    var bar = document.createElement("div");
    bar.className = "mdr-tools";
    [["Fold all", false], ["Unfold all", true]].forEach(function (choice) {
      var button = document.createElement("button");
      button.type = "button";
      button.className = "mdr-fold";
      button.textContent = choice[0];
      button.addEventListener("click", function () { branches.forEach(function (branch) { branch.open = choice[1]; }); });
      bar.appendChild(button);
    });
    tree.parentNode.insertBefore(bar, tree);
  }
  /* On paper nothing can be unfolded: what is folded in a tree or a matrix is opened for the print, and closed again. */
  function print() {
    var opened = [];
    window.addEventListener("beforeprint", function () {
      opened = Array.prototype.slice.call(document.querySelectorAll(".mdr-tree-box details:not([open]), td.mdr-field details:not([open])"));
      opened.forEach(function (branch) { branch.open = true; });
    });
    window.addEventListener("afterprint", function () { opened.forEach(function (branch) { branch.open = false; }); });
  }
  /* A page that only holds records is no hit of its own: the first link of its group is that of a record. */
  function hits() {
    var list = document.querySelector(".md-search-result__list");
    if (!list) { return; }
    new MutationObserver(function () {
      list.querySelectorAll("li > a:first-child").forEach(function (page) {
        var title = page.querySelector("h1");
        if (title && !title.textContent && page.nextElementSibling) { page.remove(); }
      });
    }).observe(list, { childList: true });
  }
  function start() {
    document.querySelectorAll("table.mdr-table[data-rows]").forEach(tools);
    document.querySelectorAll(".mdr-tree-box").forEach(folds);
    print();
    hits();
  }
  if (document.readyState === "loading") { document.addEventListener("DOMContentLoaded", start); } else { start(); }
}());
