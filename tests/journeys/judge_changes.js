// Walks a change feed with the judge of its format, and prints what it counts as failures, one to a line.
const { RpdeValidator } = require("@openactive/rpde-validator");

RpdeValidator(process.argv[2], { logCallback: () => {}, pageLimit: 100, requestDelay: 0 }).then((found) => {
  const faults = found.pages.flatMap((page) => page.errors.filter((each) => each.severity === "failure"));
  faults.forEach((each) => console.log(`${each.type}: ${each.message}`));
  console.log(`${found.pages.length > 1 ? "walked" : "stuck"} ${faults.length}`);
});
