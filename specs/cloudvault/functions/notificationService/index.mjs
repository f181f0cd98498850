// Keeps notifications until people have read them, a month at most.
import { randomUUID } from "node:crypto";
import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";

const database = new DynamoDBClient({});
const table = `cloudvault-${process.env.ENVIRONMENT}-data-notifications`;
const KEPT = 30 * 24 * 60 * 60;

export async function handler(event) {
  for (const record of event.Records) {
    await database.send(
      new PutItemCommand({
        TableName: table,
        Item: {
          id: { S: randomUUID() },
          message: { S: record.body },
          expiresAt: { N: String(Math.floor(Date.now() / 1000) + KEPT) },
        },
      }),
    );
  }
}
