"""Reads a file that has arrived, keeps what it finds, and tells it."""

import os

import boto3

s3, table, topic = boto3.client("s3"), boto3.client("dynamodb"), boto3.client("sns")


def handler(event, context):
    bucket, key = event["detail"]["bucket"]["name"], event["detail"]["object"]["key"]
    lines = s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode().count("\n")
    table.put_item(TableName=os.environ["FOUND"], Item={"file": {"S": key}, "lines": {"N": str(lines)}})
    topic.publish(TopicArn=os.environ["TOLD"], Message=f"{key} has {lines} lines")
