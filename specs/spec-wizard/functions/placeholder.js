// A placeholder: it answers every message, and does nothing. The real implementation takes its place.
exports.handler = async () => ({ statusCode: 200 });
