"""Who is who."""
from functools import wraps

import bcrypt
from flask import jsonify, session


def hash_password(password):
    if not password:
        raise ValueError("the password is empty")
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(rounds=12)).decode()


def is_password(password, password_hash):
    return bcrypt.checkpw(password.encode(), password_hash.encode())


def signed_in(view):
    @wraps(view)
    def guarded(*args, **kwargs):
        if "user_id" not in session:
            return jsonify(error="sign in first"), 401
        return view(*args, **kwargs)

    return guarded
