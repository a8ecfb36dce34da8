"""Names of the worksheets that we add to a workbook ourselves; no table is looked for in them."""

#: The sheet of explanations in our blank workbooks.
HELP_SHEET = "填写说明"
#: The list of findings in a marked workbook.
MARKED_SHEET = "问题清单"
