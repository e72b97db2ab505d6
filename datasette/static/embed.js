// For pages that show a card: gives each frame of ours the height that its card asks for. Sets nothing, sends nothing.
(function () {
  "use strict";
  var home = new URL(document.currentScript.src).origin;
  addEventListener("message", function (event) {
    var said = event.data;
    if (event.origin !== home || !said || said.infopolicy !== "height" || !(said.height > 0)) return;
    document.querySelectorAll("iframe").forEach(function (frame) {
      if (frame.contentWindow === event.source) frame.style.height = Math.min(Math.max(said.height, 80), 2000) + "px";
    });
  });
})();
