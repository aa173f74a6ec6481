-- Asks what became of a field the way a Neovim user does: with the cursor on it, and K.

local client = dofile(vim.env.INSTAR_SCRIPTS .. "/neovim-client.lua")
local result = client.result
local _, client_id = client.attach()

vim.fn.search("\\Vreadonly title")
vim.fn.search("title")
vim.lsp.buf.hover()
client.wait_for("the hover", function()
  for _, window in ipairs(vim.api.nvim_list_wins()) do
    if vim.api.nvim_win_get_config(window).relative ~= "" then
      result.hover = table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, true), "\n")
      return true
    end
  end
  return false
end)
client.stop(client_id)
