// What happens to files: counted, for half a year.
import { DynamoDBClient, GetItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";

const database = new DynamoDBClient({});
const table = `cloudvault-${process.env.ENVIRONMENT}-data-analytics`;
const KEPT = 180 * 24 * 60 * 60;

export async function handler(event) {
  const owner = event.requestContext.authorizer.jwt.claims.sub;
  const day = new Date().toISOString().slice(0, 10);
  const id = { S: `${owner}#${day}` };
  if (event.requestContext.http.method === "POST") {
    await database.send(
      new UpdateItemCommand({
        TableName: table,
        Key: { id },
        UpdateExpression: "ADD events :one SET expiresAt = :until",
        ExpressionAttributeValues: {
          ":one": { N: "1" },
          ":until": { N: String(Math.floor(Date.now() / 1000) + KEPT) },
        },
      }),
    );
    return { statusCode: 202 };
  }
  const { Item: found } = await database.send(new GetItemCommand({ TableName: table, Key: { id } }));
  return { statusCode: 200, body: JSON.stringify({ day, events: Number(found?.events?.N ?? 0) }) };
}
