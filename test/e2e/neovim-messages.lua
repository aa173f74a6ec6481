-- Follows a message the way a Neovim user does: from where it is sent to its handler, to all who send it, and to a new name, with outline
-- and search. The places are those of the chat example.

local client = dofile(vim.env.INSTAR_SCRIPTS .. "/neovim-client.lua")
local result = client.result
local buffer, client_id = client.attach()

local function here()
  local file = vim.api.nvim_buf_get_name(0):sub(#vim.env.INSTAR_ROOT + 2)
  return file .. ": " .. vim.trim(vim.api.nvim_get_current_line())
end

--- Puts the cursor on a part of the line that has it.
local function cursor_on(text, part)
  vim.fn.cursor(1, 1)
  vim.fn.search("\\V" .. text, "c")
  vim.fn.search("\\V" .. part, "c")
end

-- Definition: the cursor goes to the handler.
cursor_on('room.call("join"', "join")
vim.lsp.buf.definition()
client.wait_for("the handler", function()
  return vim.api.nvim_get_current_buf() ~= buffer
end)
result.definition = here()

-- References: the quickfix list has the protocol, the handler and the sender.
vim.lsp.buf.references()
client.wait_for("the senders", function()
  return #vim.fn.getqflist() > 0
end)
result.references = vim.tbl_map(function(item)
  return vim.trim(item.text)
end, vim.fn.getqflist())
vim.cmd("cclose")

-- Outline.
vim.fn.setqflist({})
vim.lsp.buf.document_symbol()
client.wait_for("the outline", function()
  return #vim.fn.getqflist() > 0
end)
result.symbols = vim.tbl_map(function(item)
  return item.text
end, vim.fn.getqflist())
vim.cmd("cclose")

-- Search.
vim.fn.setqflist({})
vim.lsp.buf.workspace_symbol("seat")
client.wait_for("what is found by a few letters", function()
  return #vim.fn.getqflist() > 0
end)
result.found = vim.tbl_map(function(item)
  return item.text
end, vim.fn.getqflist())
vim.cmd("cclose")

-- Rename, and write all files.
vim.api.nvim_set_current_buf(buffer)
cursor_on('room.call("join"', "join")
vim.lsp.buf.rename("enter")
client.wait_for("the new name", function()
  return vim.fn.search('\\Vroom.call("enter"', "nw") > 0
end)
vim.cmd("wall")
client.stop(client_id)
