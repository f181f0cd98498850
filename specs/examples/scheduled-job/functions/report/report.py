"""Writes a report into the bucket that the environment names."""

import datetime
import os

import boto3


def handler(event, context):
    day = datetime.date.today().isoformat()
    body = f"Nothing happened until {day}.\n"
    boto3.client("s3").put_object(Bucket=os.environ["REPORTS"], Key=f"nightly/{day}.txt", Body=body.encode())
