"""HR Employee Profile Manager."""
import logging
import uuid
from datetime import timedelta

import boto3
import psycopg2
from flask import Flask, jsonify, request, session
from werkzeug.exceptions import HTTPException

import auth
import config
import db

logging.basicConfig(level=config.LOG_LEVEL)
s3 = boto3.client("s3", region_name=config.AWS_REGION)
app = Flask(__name__)
app.secret_key = config.SECRET_KEY
app.config.update(
    MAX_CONTENT_LENGTH=config.MAX_IMAGE_BYTES,
    PERMANENT_SESSION_LIFETIME=timedelta(seconds=config.SESSION_SECONDS),
    SESSION_COOKIE_HTTPONLY=True,
    SESSION_COOKIE_SAMESITE="Lax")


@app.errorhandler(Exception)
def failed(error):
    if isinstance(error, HTTPException):
        return jsonify(error=error.description), error.code
    app.logger.exception("a request failed")
    return jsonify(error="internal error"), 500


@app.get("/health")
def health():
    try:
        with db.transaction() as cursor:
            cursor.execute("SELECT 1")
    except Exception as error:
        return jsonify(status="unhealthy", error=str(error)), 503
    return jsonify(status="healthy", database="connected")


def credentials():
    given = request.get_json(silent=True) or {}
    return str(given.get("username", "")).strip(), str(given.get("password", ""))


@app.post("/register")
def register():
    name, password = credentials()
    if len(name) < 3 or not password:
        return jsonify(error="a user name of three characters or more and a password are needed"), 400
    try:
        with db.transaction() as cursor:
            cursor.execute(
                "INSERT INTO users (username, password_hash) VALUES (%s, %s) RETURNING id",
                (name, auth.hash_password(password)))
            return jsonify(id=cursor.fetchone()["id"]), 201
    except psycopg2.errors.UniqueViolation:
        return jsonify(error="the user name is taken"), 400


@app.post("/login")
def login():
    name, password = credentials()
    with db.transaction() as cursor:
        cursor.execute("SELECT id, password_hash FROM users WHERE username = %s", (name,))
        user = cursor.fetchone()
    if user is None or not auth.is_password(password, user["password_hash"]):
        return jsonify(error="wrong user name or password"), 401
    session.clear()
    session.permanent = True
    session["user_id"] = user["id"]
    return jsonify(id=user["id"])


@app.post("/logout")
@auth.signed_in
def logout():
    session.clear()
    return jsonify(status="signed out")


@app.post("/employees")
@auth.signed_in
def add_employee():
    fields = [request.form.get(field, "").strip() for field in ("name", "role", "department")]
    image = request.files.get("image")
    if not all(fields) or image is None or image.mimetype not in config.IMAGE_TYPES:
        return jsonify(error="name, role, department and a JPEG, PNG or GIF image are needed"), 400
    key = f"uploads/{config.DEPLOYMENT_ID}/{uuid.uuid4()}.{config.IMAGE_TYPES[image.mimetype]}"
    s3.put_object(Bucket=config.S3_BUCKET_NAME, Key=key, Body=image.read(), ContentType=image.mimetype,
                  ServerSideEncryption="AES256")
    with db.transaction() as cursor:
        cursor.execute(
            "INSERT INTO employees (name, role, department, image_s3_key, user_id) VALUES (%s, %s, %s, %s, %s)"
            " RETURNING id", (*fields, key, session["user_id"]))
        return jsonify(id=cursor.fetchone()["id"]), 201


@app.get("/employees")
@auth.signed_in
def employees():
    with db.transaction() as cursor:
        cursor.execute("SELECT id, name, role, department FROM employees ORDER BY id")
        return jsonify(cursor.fetchall())


@app.get("/employees/<int:number>")
@auth.signed_in
def employee(number):
    with db.transaction() as cursor:
        cursor.execute("SELECT id, name, role, department, image_s3_key FROM employees WHERE id = %s", (number,))
        found = cursor.fetchone()
    if found is None:
        return jsonify(error="there is no such employee"), 404
    found["image_url"] = s3.generate_presigned_url(
        "get_object", Params={"Bucket": config.S3_BUCKET_NAME, "Key": found.pop("image_s3_key")}, ExpiresIn=300)
    return jsonify(found)


if __name__ == "__main__":
    db.create_tables()
    app.run(host="0.0.0.0", port=config.APP_PORT)
