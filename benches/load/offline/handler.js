// What functions/open and functions/authenticated answer.

const answer = (body) => ({
  statusCode: 200,
  headers: { "content-type": "application/json", "access-control-allow-origin": "*" },
  body: JSON.stringify(body),
});

exports.open = async (event) =>
  answer({
    message: "hello whole wide world",
    structure: {
      method: event.httpMethod,
      path: event.path,
      resource: event.resource,
      stage: event.requestContext.stage,
      path_parameters: Object.keys(event.pathParameters ?? {}),
      query_parameters: Object.keys(event.multiValueQueryStringParameters ?? {}),
      headers: Object.keys(event.headers).map((name) => name.toLowerCase()).sort(),
      body_bytes: (event.body ?? "").length,
    },
  });

exports.authenticated = async (event) => {
  const claims = event.requestContext.authorizer?.claims;
  if (!claims) {
    return { statusCode: 401, body: JSON.stringify({ message: "nobody is signed in" }) };
  }
  return answer({ message: `hello ${claims.email}, you are signed in`, claims });
};
