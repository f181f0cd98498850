// Has a model make a component of a document.
import { createHash } from "node:crypto";
import { BedrockRuntimeClient, InvokeModelCommand } from "@aws-sdk/client-bedrock-runtime";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";

const models = new BedrockRuntimeClient({});
const storage = new S3Client({});

export async function handler({ document, content }) {
  const answer = await models.send(
    new InvokeModelCommand({
      modelId: process.env.BEDROCK_MODEL_ID,
      contentType: "application/json",
      accept: "application/json",
      body: JSON.stringify(content),
    }),
  );
  const key = `components/${createHash("sha256").update(document).digest("hex")}.json`;
  await storage.send(new PutObjectCommand({ Bucket: process.env.COMPONENT_BUCKET, Key: key, Body: answer.body }));
  return { key };
}
