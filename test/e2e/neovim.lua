-- Uses the language server the way a Neovim user does: attaches to it, adds a field to the state, waits for the finding, takes the quick
-- fix from the code action menu and writes the file. What was seen goes to the file $INSTAR_RESULT as JSON; neovim.ts judges it.
-- Written against Neovim 0.7, the version of Debian 12.

local patience = 90000
local result = { diagnostics = {}, actions = {}, steps = {} }

local function finish(code)
  vim.fn.writefile({ vim.fn.json_encode(result) }, vim.env.INSTAR_RESULT)
  vim.cmd("cquit " .. code)
end

local function wait_for(what, condition)
  if not vim.wait(patience, condition, 50) then
    result.failed = "Waited " .. patience / 1000 .. " s for " .. what
    finish(1)
  end
  table.insert(result.steps, what)
end

-- The menu of code actions: takes the one that is asked for, as a person would.
vim.ui.select = function(items, options, on_choice)
  for index, item in ipairs(items) do
    local label = options.format_item and options.format_item(item) or tostring(item)
    table.insert(result.actions, label)
    if label:find(vim.env.INSTAR_ACTION, 1, true) then
      return on_choice(item, index)
    end
  end
  on_choice(nil, nil)
end

vim.cmd("edit " .. vim.fn.fnameescape(vim.env.INSTAR_FILE))
local buffer = vim.api.nvim_get_current_buf()
local client_id = vim.lsp.start_client({
  name = "instar",
  cmd = { vim.env.INSTAR_NODE, vim.env.INSTAR_SERVER, "--stdio" },
  root_dir = vim.env.INSTAR_ROOT,
  on_exit = function(code, signal)
    result.exit = { code = code, signal = signal }
  end,
})
vim.lsp.buf_attach_client(buffer, client_id)
wait_for("the server to be ready", function()
  local client = vim.lsp.get_client_by_id(client_id)
  return client ~= nil and client.initialized
end)

local function findings()
  return vim.tbl_filter(function(diagnostic)
    local code = diagnostic.code or (diagnostic.user_data and diagnostic.user_data.lsp and diagnostic.user_data.lsp.code)
    return code == vim.env.INSTAR_RULE
  end, vim.diagnostic.get(buffer))
end

result.before = #findings()
local line = vim.fn.search(vim.env.INSTAR_AFTER)
vim.api.nvim_buf_set_lines(buffer, line, line, true, { vim.env.INSTAR_TYPED })
wait_for("the finding", function()
  return #findings() > 0
end)
result.diagnostics = vim.tbl_map(function(diagnostic)
  return { message = diagnostic.message, severity = diagnostic.severity, line = diagnostic.lnum + 1 }
end, findings())

vim.api.nvim_win_set_cursor(0, { findings()[1].lnum + 1, findings()[1].col })
vim.lsp.buf.code_action()
wait_for("the quick fix", function()
  return vim.fn.search("codeChange", "nw") > 0
end)
vim.cmd("write")
wait_for("the finding to be gone", function()
  return #findings() == 0
end)

vim.lsp.stop_client(client_id)
wait_for("the server to end", function()
  return result.exit ~= nil
end)
finish(0)
