// Files of whoever asks: what there is, and a place to upload the next one to.
import { randomUUID } from "node:crypto";
import { DynamoDBClient, PutItemCommand, QueryCommand } from "@aws-sdk/client-dynamodb";

const database = new DynamoDBClient({});
const table = `cloudvault-${process.env.ENVIRONMENT}-data-files`;

const answer = (statusCode, body) => ({
  statusCode,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body),
});

export async function handler(event) {
  const owner = event.requestContext.authorizer.jwt.claims.sub;
  if (event.requestContext.http.method === "GET") {
    const found = await database.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: "id = :id",
        ExpressionAttributeValues: { ":id": { S: event.queryStringParameters?.id ?? "" } },
      }),
    );
    return answer(200, (found.Items ?? []).filter((item) => item.owner?.S === owner));
  }
  const { name } = JSON.parse(event.body ?? "{}");
  if (typeof name !== "string" || name === "") {
    return answer(400, { message: "a file needs a name" });
  }
  const id = randomUUID();
  await database.send(
    new PutItemCommand({
      TableName: table,
      Item: { id: { S: id }, owner: { S: owner }, name: { S: name }, state: { S: "awaited" } },
    }),
  );
  return answer(201, { id, key: `private/${owner}/${id}` });
}
