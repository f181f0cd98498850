// Keeps what a workflow has made of a document.
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import pg from "pg";

const secrets = new SecretsManagerClient({});
let pool;

async function connected() {
  if (pool === undefined) {
    const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: process.env.DB_SECRET_ARN }));
    const { username, password } = JSON.parse(SecretString);
    pool = new pg.Pool({
      host: process.env.DB_HOST,
      database: process.env.DB_NAME,
      user: username,
      password,
      max: 1,
      ssl: true,
    });
  }
  return pool;
}

export async function handler(event) {
  const database = await connected();
  await database.query(
    "insert into components (document, component) values ($1, $2) on conflict (document) do update set component = $2",
    [event.document, event.component.key],
  );
  return event;
}
