// The API: keeps what people say of themselves and of their projects, and tells the platform of a new project.
import { randomUUID } from "node:crypto";
import { DynamoDBClient, DeleteItemCommand, GetItemCommand, PutItemCommand, QueryCommand } from "@aws-sdk/client-dynamodb";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";

const database = new DynamoDBClient({});
const events = new EventBridgeClient({});
const { USERS_TABLE: users, PROJECTS_TABLE: projects, EVENT_BUS: bus, ALLOWED_ORIGIN: origin } = process.env;

const answer = (statusCode, body) => ({
  statusCode,
  headers: {
    "content-type": "application/json",
    "access-control-allow-origin": origin,
    "access-control-allow-headers": "authorization,content-type",
    "access-control-allow-methods": "GET,POST,PUT,DELETE",
  },
  body: body === undefined ? "" : JSON.stringify(body),
});

// A line of its own: what is logged by `console` has more before it, which the metrics would not read.
const count = (event) => process.stdout.write(`${JSON.stringify({ event })}\n`);

async function register(id, email, { name }) {
  const item = { id: { S: id }, email: { S: email }, name: { S: name } };
  const { Attributes: before } = await database.send(
    new PutItemCommand({ TableName: users, Item: item, ReturnValues: "ALL_OLD" }),
  );
  if (!before) count("UserRegistered");
  return answer(204);
}

async function list(owner) {
  const found = await database.send(
    new QueryCommand({
      TableName: projects,
      IndexName: "by-userId",
      KeyConditionExpression: "userId = :owner",
      ExpressionAttributeValues: { ":owner": { S: owner } },
    }),
  );
  return answer(200, found.Items.map((item) => ({ id: item.id.S, title: item.title.S })));
}

async function create(owner, { title }) {
  const id = randomUUID();
  const item = { id: { S: id }, userId: { S: owner }, title: { S: title } };
  await database.send(new PutItemCommand({ TableName: projects, Item: item }));
  const entry = {
    EventBusName: bus,
    Source: "uk-home-improvement",
    DetailType: "ProjectCreated",
    Detail: JSON.stringify({ id, owner }),
  };
  await events.send(new PutEventsCommand({ Entries: [entry] }));
  count("ProjectCreated");
  return answer(201, { id });
}

async function remove(owner, id) {
  const { Item: found } = await database.send(new GetItemCommand({ TableName: projects, Key: { id: { S: id } } }));
  if (found?.userId.S !== owner) return answer(404);
  await database.send(new DeleteItemCommand({ TableName: projects, Key: { id: { S: id } } }));
  return answer(204);
}

export async function handler({ httpMethod, pathParameters, requestContext, body }) {
  if (httpMethod === "OPTIONS") return answer(204);
  const { sub, email } = requestContext.authorizer.claims;
  const [what, id] = pathParameters.proxy.split("/");
  if (what === "me" && httpMethod === "PUT") return register(sub, email, JSON.parse(body));
  if (what !== "projects") return answer(404);
  if (httpMethod === "GET") return list(sub);
  if (httpMethod === "POST") return create(sub, JSON.parse(body));
  if (httpMethod === "DELETE" && id) return remove(sub, id);
  return answer(405);
}
