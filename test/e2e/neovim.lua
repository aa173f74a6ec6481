-- Uses the language server the way a Neovim user does: attaches to it, adds a field to the state, waits for the finding, takes the quick
-- fix from the code action menu and writes the file.

local client = dofile(vim.env.INSTAR_SCRIPTS .. "/neovim-client.lua")
local result, wait_for = client.result, client.wait_for
result.diagnostics = {}
result.actions = {}

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

local buffer, client_id = client.attach()

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

client.stop(client_id)
