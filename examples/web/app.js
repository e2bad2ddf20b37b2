// Signs in to a Cognito user pool and calls an API on another origin, without a library.
// Tokens stay in this variable, because every script of the page's origin can read the browser's storage.
let tokens = { id: null, access: null };

// Cognito's request for a new password, until it is answered: client, session and user.
let challenge = null;

const element = (id) => document.getElementById(id);
const say = (id, sentence) => { element(id).textContent = sentence; };

/** Returns the pasted output of `make outputs`: addresses and ids. */
function outputs() {
  let found;
  try {
    found = JSON.parse(element("outputs").value);
  } catch {
    throw new Error("Invalid output of `make outputs`: paste all of it, from { to }.");
  }
  for (const key of ["api_url", "user_pool_id", "user_pool_client_id"]) {
    if (typeof found?.[key] !== "string") throw new Error(`Missing ${key}: paste all of the output of \`make outputs\`.`);
  }
  return found;
}

/** Returns Cognito's address. The outputs name the emulated one, and the user pool's id determines AWS's. */
function cognitoUrl({ endpoint, user_pool_id }) {
  return endpoint ?? `https://cognito-idp.${user_pool_id.split("_")[0]}.amazonaws.com`;
}

/**
 * Fetches, and explains an answer that the browser hides. The browser gives no reason, so this asks the origin for any
 * answer. If there is one, the page's origin is the reason. The request itself is not repeated.
 */
async function ask(url, init) {
  try {
    return await fetch(url, init);
  } catch {
    const { origin } = new URL(url);
    const answers = await fetch(origin, { mode: "no-cors" }).then(() => true, () => false);
    throw new Error(answers
      ? `The browser refused: ${origin} answers, but does not allow pages of ${location.origin} to call it ` +
        "and read that (`allow_origin` in portcullis.toml)."
      : `Nothing answers at ${origin}. Is the service running?`);
  }
}

/**
 * Calls a Cognito operation that needs no credentials.
 * https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_InitiateAuth.html
 */
async function cognito(operation, request) {
  const response = await ask(cognitoUrl(outputs()), {
    method: "POST",
    headers: {
      "Content-Type": "application/x-amz-json-1.1",
      "X-Amz-Target": `AWSCognitoIdentityProviderService.${operation}`,
    },
    body: JSON.stringify(request),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(`Cognito refuses: ${answer.message ?? answer.__type}`);
  return answer;
}

async function signIn() {
  const { user_pool_client_id: client } = outputs();
  const email = element("email").value;
  const answer = await cognito("InitiateAuth", {
    AuthFlow: "USER_PASSWORD_AUTH",
    ClientId: client,
    AuthParameters: { USERNAME: email, PASSWORD: element("password").value },
  });
  if (answer.ChallengeName === "NEW_PASSWORD_REQUIRED") {
    challenge = { client, session: answer.Session, user: answer.ChallengeParameters.USER_ID_FOR_SRP ?? email };
    show();
    say("session", "This password is temporary. Choose a new one.");
    element("new-password").focus();
  } else {
    signedIn(answer);
  }
}

async function choosePassword() {
  const answer = await cognito("RespondToAuthChallenge", {
    ChallengeName: "NEW_PASSWORD_REQUIRED",
    ClientId: challenge.client,
    Session: challenge.session,
    ChallengeResponses: { USERNAME: challenge.user, NEW_PASSWORD: element("new-password").value },
  });
  signedIn(answer);
}

function signedIn({ AuthenticationResult: result, ChallengeName: name }) {
  if (!result) throw new Error(`Cognito asks for ${name}, which this page can't answer.`);
  tokens = { id: result.IdToken, access: result.AccessToken };
  challenge = null;
  show();
  say("session", `${element("email").value} is signed in.`);
}

function signOut() {
  tokens = { id: null, access: null };
  challenge = null;
  show();
  say("session", "You are not signed in.");
}

/** Shows the next form and clears typed passwords. */
function show() {
  element("sign-in").hidden = Boolean(tokens.id || challenge);
  element("choose-password").hidden = !challenge;
  element("sign-out").hidden = !(tokens.id || challenge);
  element("password").value = element("new-password").value = "";
}

/** Calls a route. Without a token, the protected route answers 401, and this page can read that. */
async function call(path, token) {
  say("status", `GET ${path || "/"} …`);
  say("body", "");
  const response = await ask(outputs().api_url.replace(/\/$/, "") + path, {
    headers: token ? { Authorization: token } : {},
  });
  const body = await response.text();
  say("status", `GET ${path || "/"}: ${response.status} ${response.statusText}`);
  say("body", pretty(body));
}

function pretty(body) {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}

/** Handles one event at a time, and shows its errors. */
function on(target, event, where, action) {
  target.addEventListener(event, async (happened) => {
    happened.preventDefault();
    const controls = document.querySelectorAll("button");
    controls.forEach((control) => { control.disabled = true; });
    try {
      await action();
    } catch (error) {
      say(where, error.message);
    }
    controls.forEach((control) => { control.disabled = false; });
  });
}

/** Shows the service of the outputs. */
function showService() {
  const found = outputs();
  element("email").value ||= found.first_user_email ?? "";
  say("service", `The API is ${found.api_url}, and Cognito ${cognitoUrl(found)}.`);
}

/** A button for each route that can be called without more than a token. */
function showRoutes(routes) {
  element("routes").replaceChildren(...routes.map(({ path, token }) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = `GET ${path}${token ? " (needs a sign-in)" : ""}`;
    on(button, "click", "status", () => call(path === "/" ? "" : path, token && tokens[token]));
    return button;
  }));
}

/** `portcullis dev` serves this page with the service that it runs, so that nothing has to be pasted. */
async function findService() {
  const answer = await fetch("service.json").catch(() => null);
  if (!answer?.ok) return;
  const { outputs: found, routes } = await answer.json();
  element("paste").hidden = true;
  element("outputs").value = JSON.stringify(found);
  showRoutes(routes);
  showService();
}

say("origin", location.origin);
on(element("outputs"), "input", "service", showService);
on(element("sign-in"), "submit", "session", signIn);
on(element("choose-password"), "submit", "session", choosePassword);
on(element("sign-out"), "click", "session", signOut);
on(element("call-guarded"), "click", "status", () => call("", tokens.id));
on(element("call-open"), "click", "status", () => call("/open"));
findService().catch((error) => say("service", error.message));
