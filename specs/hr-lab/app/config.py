"""What the environment tells the application."""
import os

APP_PORT = int(os.environ["APP_PORT"])
SECRET_KEY = os.environ["SECRET_KEY"]
DB_SECRET_ARN = os.environ["DB_SECRET_ARN"]
S3_BUCKET_NAME = os.environ["S3_BUCKET_NAME"]
DEPLOYMENT_ID = os.environ["DEPLOYMENT_ID"]
AWS_REGION = os.environ["AWS_REGION"]
LOG_LEVEL = os.environ["LOG_LEVEL"]

SESSION_SECONDS = 30 * 60
SECRET_CACHE_SECONDS = 300
MAX_IMAGE_BYTES = 5 * 1024 * 1024
IMAGE_TYPES = {"image/jpeg": "jpg", "image/png": "png", "image/gif": "gif"}
