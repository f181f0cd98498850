// Notes of whoever has signed in. Their names are in the token, so nobody reaches those of others.
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DeleteCommand, DynamoDBDocumentClient, PutCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";

const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));
const TableName = process.env.NOTES;

export const handler = async (event) => {
  const owner = event.requestContext.authorizer.jwt.claims.sub;
  const id = event.pathParameters?.id;
  switch (event.requestContext.http.method) {
    case "GET":
      return answer(
        await table.send(
          new QueryCommand({
            TableName,
            KeyConditionExpression: "#owner = :owner",
            ExpressionAttributeNames: { "#owner": "owner" },
            ExpressionAttributeValues: { ":owner": owner },
          }),
        ),
      );
    case "PUT":
      return answer(await table.send(new PutCommand({ TableName, Item: { owner, id, text: event.body } })));
    case "DELETE":
      return answer(await table.send(new DeleteCommand({ TableName, Key: { owner, id } })));
  }
};

const answer = (result) => ({ statusCode: 200, body: JSON.stringify(result.Items ?? {}) });
