// What an agent does with a project: it scopes it, quotes it, or writes the contract, as its settings say.
import { DynamoDBClient, GetItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";

const database = new DynamoDBClient({});
const store = new S3Client({});
const secrets = new SecretsManagerClient({});
const { READS, WRITES, FILES_BUCKET, AGENT, CLAUDE_SECRET } = process.env;
const TASKS = {
  scope: "List the work packages of this home improvement project in the United Kingdom, in order",
  quote: "Estimate the cost of each work package in pounds",
  contract: "Write a contract for this quote under the law of England and Wales",
};

async function ask(text) {
  const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: CLAUDE_SECRET }));
  const { apiKey, model, maxTokens } = JSON.parse(SecretString);
  const response = await fetch("https://api.anthropic.com/v1/messages", {
    method: "POST",
    headers: { "content-type": "application/json", "x-api-key": apiKey, "anthropic-version": "2023-06-01" },
    body: JSON.stringify({ model, max_tokens: Number(maxTokens), messages: [{ role: "user", content: text }] }),
  });
  if (!response.ok) throw new Error(`the model answered ${response.status}`);
  const { content } = await response.json();
  return content.map((part) => part.text ?? "").join("");
}

export async function handler({ detail: { id, source = id } }) {
  const { Item: known } = await database.send(new GetItemCommand({ TableName: READS, Key: { id: { S: source } } }));
  const text = await ask(`${TASKS[AGENT]}.\n\n${JSON.stringify(known ?? { id })}`);
  await store.send(
    new PutObjectCommand({ Bucket: FILES_BUCKET, Key: `${AGENT}/${id}.md`, Body: text, ContentType: "text/markdown" }),
  );
  await database.send(
    new UpdateItemCommand({
      TableName: WRITES,
      Key: { id: { S: id } },
      UpdateExpression: "SET #state = :done",
      ExpressionAttributeNames: { "#state": AGENT },
      ExpressionAttributeValues: { ":done": { S: "done" } },
    }),
  );
  return { id, state: "done" };
}
