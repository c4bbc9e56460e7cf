-- Postern's language server in Neovim's own LSP client (0.7 and later): put this file into ~/.config/nvim/plugin/.
--
-- Settings, before it is loaded:
--   vim.g.postern_command = { "/path/to/postern", "lsp", "--stdio" }
--   vim.g.postern_folders = { "policies" }   -- folders of policies, each checked by itself; none: the whole root

local M = {}

-- The nearest folder above that looks like the root of a repository; else the file's own.
local function root_of(path)
  local folder = vim.fn.fnamemodify(path, ":p:h")
  local at = folder
  while at ~= "/" and at ~= "." do
    if vim.fn.isdirectory(at .. "/.git") == 1 or vim.fn.filereadable(at .. "/.git") == 1 then return at end
    at = vim.fn.fnamemodify(at, ":h")
  end
  return folder
end

local clients = {}

-- Attaches a buffer; one server for each root.
function M.attach(buffer)
  local path = vim.api.nvim_buf_get_name(buffer)
  local root = vim.g.postern_root or root_of(path)
  local capabilities = vim.lsp.protocol.make_client_capabilities()
  local config = {
    name = "postern",
    cmd = vim.g.postern_command or { "postern", "lsp", "--stdio" },
    root_dir = root,
    workspace_folders = { { uri = vim.uri_from_fname(root), name = root } },
    init_options = { folders = vim.g.postern_folders or {} },
    capabilities = capabilities,
  }
  if vim.lsp.start then return vim.lsp.start(config, { bufnr = buffer }) end
  if not clients[root] or not vim.lsp.get_client_by_id(clients[root]) then clients[root] = vim.lsp.start_client(config) end
  vim.lsp.buf_attach_client(buffer, clients[root])
  return clients[root]
end

vim.filetype.add({ extension = { postern = "postern" } })
vim.api.nvim_create_autocmd("FileType", {
  pattern = "postern",
  callback = function(event)
    vim.bo[event.buf].commentstring = "// %s"
    vim.bo[event.buf].expandtab = true
    vim.bo[event.buf].shiftwidth = 2
    M.attach(event.buf)
  end,
})

return M
