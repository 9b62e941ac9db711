// Ctrl+Enter runs the query.
const form = document.querySelector("[data-sql-form]");
form.querySelector("textarea").addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter") form.requestSubmit();
});
