// Starts a workflow for a document: one that a browser names, or those that wait in the queue.
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { SFNClient, StartExecutionCommand } from "@aws-sdk/client-sfn";

const storage = new S3Client({});
const workflows = new SFNClient({});

async function begin(document) {
  const object = await storage.send(new GetObjectCommand({ Bucket: process.env.UPLOAD_BUCKET, Key: document }));
  const content = JSON.parse(await object.Body.transformToString());
  const input = JSON.stringify({ document, content });
  return workflows.send(new StartExecutionCommand({ stateMachineArn: process.env.STATE_MACHINE_ARN, input }));
}

async function queued(records) {
  const outcomes = await Promise.allSettled(records.map(({ body }) => begin(JSON.parse(body).document)));
  const failed = records.filter((_, i) => outcomes[i].status === "rejected");
  return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
}

const answer = (statusCode, body) => ({
  statusCode,
  headers: { "access-control-allow-origin": process.env.ALLOWED_ORIGIN, "content-type": "application/json" },
  body: JSON.stringify(body),
});

export async function handler(event) {
  if (event.Records) {
    return queued(event.Records);
  }
  const { document } = JSON.parse(event.body ?? "{}");
  if (typeof document !== "string" || document === "") {
    return answer(400, { message: "a document needs a name" });
  }
  const { executionArn } = await begin(document);
  return answer(202, { execution: executionArn });
}
