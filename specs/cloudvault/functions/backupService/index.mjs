// Writes down who the users are, every night: AWS has no backup of a user pool.
import { CognitoIdentityProviderClient, paginateListUsers } from "@aws-sdk/client-cognito-identity-provider";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";

const users = new CognitoIdentityProviderClient({});
const store = new S3Client({});

export async function handler() {
  const found = [];
  for await (const page of paginateListUsers({ client: users }, { UserPoolId: process.env.USER_POOL_ID })) {
    found.push(...page.Users);
  }
  await store.send(
    new PutObjectCommand({
      Bucket: `cloudvault-${process.env.ENVIRONMENT}-storage-backups`,
      Key: `users/${new Date().toISOString().slice(0, 10)}.json`,
      Body: JSON.stringify(found),
      ContentType: "application/json",
    }),
  );
}
