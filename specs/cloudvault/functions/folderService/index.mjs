// Folders of whoever asks.
import { randomUUID } from "node:crypto";
import { DeleteItemCommand, DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";

const database = new DynamoDBClient({});
const table = `cloudvault-${process.env.ENVIRONMENT}-data-folders`;

const answer = (statusCode, body) => ({
  statusCode,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body),
});

export async function handler(event) {
  const owner = event.requestContext.authorizer.jwt.claims.sub;
  const id = event.queryStringParameters?.id;
  switch (event.requestContext.http.method) {
    case "POST": {
      const { name } = JSON.parse(event.body ?? "{}");
      const folder = { id: { S: randomUUID() }, owner: { S: owner }, name: { S: String(name ?? "New folder") } };
      await database.send(new PutItemCommand({ TableName: table, Item: folder }));
      return answer(201, { id: folder.id.S });
    }
    case "DELETE":
      await database.send(
        new DeleteItemCommand({
          TableName: table,
          Key: { id: { S: id } },
          ConditionExpression: "#owner = :owner",
          ExpressionAttributeNames: { "#owner": "owner" },
          ExpressionAttributeValues: { ":owner": { S: owner } },
        }),
      );
      return answer(204, {});
    default: {
      const { Item: folder } = await database.send(new GetItemCommand({ TableName: table, Key: { id: { S: id } } }));
      return folder?.owner.S === owner ? answer(200, folder) : answer(404, { message: "no such folder" });
    }
  }
}
