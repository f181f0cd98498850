// Notes what arrived under uploads/.
import { DynamoDBClient, UpdateItemCommand } from "@aws-sdk/client-dynamodb";

const database = new DynamoDBClient({});
const table = `cloudvault-${process.env.ENVIRONMENT}-data-files`;

export async function handler(event) {
  const { key, size } = event.detail.object;
  await database.send(
    new UpdateItemCommand({
      TableName: table,
      Key: { id: { S: key.split("/").at(-1) } },
      UpdateExpression: "SET #state = :there, size = :size",
      ExpressionAttributeNames: { "#state": "state" },
      ExpressionAttributeValues: { ":there": { S: "there" }, ":size": { N: String(size) } },
    }),
  );
}
