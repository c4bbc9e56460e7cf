-- Drives `postern lsp` by Neovim's own LSP client and prints what a user would see; run by EditorTests.swift.
-- arguments: the plugin's file, the program, the folder of the workspace

local plugin, program, folder = unpack(vim.split(vim.env.POSTERN_EDITOR_TEST, "\n"))
vim.g.postern_command = { program, "lsp", "--stdio" }
vim.g.postern_root = folder
vim.o.swapfile = false

local function say(...) io.stdout:write(table.concat({ ... }, " "), "\n") end

local function check(done, what)
  if not vim.wait(20000, done, 20) then
    say("gave up waiting for " .. what)
    vim.cmd("cquit 1")
  end
end

local ok, message = pcall(function()
  dofile(plugin)
  vim.cmd("edit " .. folder .. "/shop.postern")
  local buffer = vim.api.nvim_get_current_buf()
  vim.bo[buffer].filetype = "postern"
  local uri = vim.uri_from_bufnr(buffer)

  local function diagnostics()
    local found = {}
    for _, item in ipairs(vim.diagnostic.get(buffer)) do
      table.insert(found, ("%d:%d %s %s"):format(item.lnum, item.col, item.code or "", vim.split(item.message, "\n")[1]))
    end
    table.sort(found)
    return found
  end
  local function ask(method, line, character, extra)
    local params = vim.tbl_extend("force", { textDocument = { uri = uri }, position = { line = line, character = character } }, extra or {})
    local answers = vim.lsp.buf_request_sync(buffer, method, params, 20000) or {}
    for _, answer in pairs(answers) do
      if answer.error then return { error = answer.error.message } end
      return answer.result
    end
  end
  local function line_of(text)
    for number, line in ipairs(vim.api.nvim_buf_get_lines(buffer, 0, -1, false)) do
      local at = line:find(text, 1, true)
      if at then return number - 1, at - 1 end
    end
    error("no line has " .. text)
  end

  check(function() return #diagnostics() > 0 end, "the first diagnostics")
  say("at first:", unpack(diagnostics()))

  -- The mistake is mended by typing; emoji before it on the line try the counting of characters.
  local line = line_of("odrers")
  local text = vim.api.nvim_buf_get_lines(buffer, line, line + 1, false)[1]
  local column = text:find("odrers", 1, true) - 1
  vim.api.nvim_buf_set_text(buffer, line, column, line, column + 6, { "orders" })
  check(function() return #diagnostics() == 0 end, "no diagnostics")
  say("mended: nothing is wrong")

  local row, at = line_of("when  bounded")
  at = at + 6
  local hover = ask("textDocument/hover", row, at + 1)
  say("hover:", vim.split(hover.contents.value, "\n")[2])
  local use_row, use_at = line_of("pii.iban")
  local place = ask("textDocument/definition", use_row, use_at + 5)
  say("definition:", vim.fn.fnamemodify(vim.uri_to_fname(place[1].uri), ":t"), tostring(place[1].range.start.line > 0))
  say("readable:", tostring(vim.fn.filereadable(vim.uri_to_fname(place[1].uri)) == 1))

  local names = {}
  local to_row, to_at = line_of("from orders")
  for _, item in ipairs(ask("textDocument/completion", to_row, to_at + 5).items) do
    if item.kind == 7 then table.insert(names, item.label) end
  end
  say("tables:", unpack(names))

  local edit = ask("textDocument/rename", row, at + 1, { newName = "narrow" })
  vim.lsp.util.apply_workspace_edit(edit, "utf-16")
  check(function() return #diagnostics() == 0 end, "no diagnostics after the rename")
  say("renamed:", tostring(line_of("let narrow =") ~= nil), tostring(line_of("when  narrow") ~= nil))

  local last = vim.api.nvim_buf_line_count(buffer)
  vim.api.nvim_buf_set_lines(buffer, last, last, false, { "deny   late{on any   to drop}" })
  local edits = ask("textDocument/formatting", 0, 0, { options = { tabSize = 2, insertSpaces = true } })
  vim.lsp.util.apply_text_edits(edits, buffer, "utf-16")
  say("formatted:", vim.api.nvim_buf_get_lines(buffer, -2, -1, false)[1])

  local lenses = ask("textDocument/codeLens", 0, 0)
  local titles = {}
  for _, lens in ipairs(lenses) do table.insert(titles, lens.command.title) end
  say("lenses:", table.concat(titles, ", "))
  local answer = vim.lsp.buf_request_sync(buffer, "workspace/executeCommand", {
    command = lenses[1].command.command, arguments = lenses[1].command.arguments,
  }, 20000)
  for _, one in pairs(answer) do say("test:", one.result.message) end
  check(function() return #diagnostics() > 0 end, "the test's diagnostic")
  say("failed step:", unpack(diagnostics()))

  local client = vim.lsp.get_active_clients and vim.lsp.get_active_clients()[1] or vim.lsp.get_clients()[1]
  local id = client.id
  client.stop()
  check(function() return vim.lsp.get_client_by_id(id) == nil or client.is_stopped() end, "the server's end")
  say("stopped")
end)
if not ok then
  say("error:", tostring(message))
  vim.cmd("cquit 1")
end
vim.cmd("qall!")
