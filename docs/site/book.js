// Shows and hides the sidebar. The book.js of mdBook is not in Debian's package, and the search does without it.
"use strict";
(() => {
  const anchor = document.getElementById("sidebar-toggle-anchor");
  const sidebar = document.getElementById("sidebar");
  const toggle = document.getElementById("sidebar-toggle");
  function show() {
    document.documentElement.classList.toggle("sidebar-visible", anchor.checked);
    toggle.setAttribute("aria-expanded", String(anchor.checked));
    sidebar.setAttribute("aria-hidden", String(!anchor.checked));
  }
  anchor.addEventListener("change", show);
  show();
})();
