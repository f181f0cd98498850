"""The database, whose password changes every now and then."""
import json
import time
from contextlib import contextmanager

import boto3
import psycopg2
from psycopg2.extras import RealDictCursor

import config

SCHEMA = """
CREATE TABLE IF NOT EXISTS users (
    id SERIAL PRIMARY KEY,
    username VARCHAR(255) UNIQUE NOT NULL CONSTRAINT username_length CHECK (length(username) >= 3),
    password_hash VARCHAR(255) NOT NULL,
    created_at TIMESTAMP DEFAULT now());
CREATE INDEX IF NOT EXISTS idx_users_username ON users (username);
CREATE TABLE IF NOT EXISTS employees (
    id SERIAL PRIMARY KEY,
    name VARCHAR(255) NOT NULL CONSTRAINT name_not_empty CHECK (length(name) > 0),
    role VARCHAR(255) NOT NULL,
    department VARCHAR(255) NOT NULL,
    image_s3_key VARCHAR(512),
    image_url VARCHAR(1024),
    user_id INTEGER NOT NULL CONSTRAINT fk_user REFERENCES users (id) ON DELETE CASCADE,
    created_at TIMESTAMP DEFAULT now(),
    updated_at TIMESTAMP DEFAULT now());
CREATE INDEX IF NOT EXISTS idx_employees_user_id ON employees (user_id);
CREATE INDEX IF NOT EXISTS idx_employees_department ON employees (department);
"""

_secrets = boto3.client("secretsmanager", region_name=config.AWS_REGION)
_cache = {"secret": None, "until": 0.0}


def _secret(fresh=False):
    if fresh or time.monotonic() >= _cache["until"]:
        answer = _secrets.get_secret_value(SecretId=config.DB_SECRET_ARN)
        _cache["secret"] = json.loads(answer["SecretString"])
        _cache["until"] = time.monotonic() + config.SECRET_CACHE_SECONDS
    return _cache["secret"]


def _connect(secret):
    return psycopg2.connect(
        host=secret["host"], port=secret["port"], dbname=secret["dbname"], user=secret["username"],
        password=secret["password"], sslmode="require", connect_timeout=3, cursor_factory=RealDictCursor)


@contextmanager
def transaction():
    """A cursor; what it did is kept if nothing fails."""
    try:
        connection = _connect(_secret())
    except psycopg2.OperationalError:
        connection = _connect(_secret(fresh=True))
    try:
        with connection, connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


def create_tables():
    with transaction() as cursor:
        # Two instances may start at once.
        cursor.execute("SELECT pg_advisory_xact_lock(1)")
        cursor.execute(SCHEMA)
