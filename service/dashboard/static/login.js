// A sign-in link brings its code after the #, which browsers never send: fill it in, forget it, sign in.
"use strict";

function signIn() {
  const code = decodeURIComponent(location.hash.slice(1));
  if (!code) return;
  history.replaceState(null, "", location.pathname);
  const field = document.getElementById("code");
  field.value = code;
  field.form.submit();
}

signIn();
addEventListener("hashchange", signIn);
