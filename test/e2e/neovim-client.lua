-- What the scripts for Neovim share: a client of the language server, waiting for what a person would see, and the result for neovim.ts.
-- Written against Neovim 0.7, the version of Debian 12.

local patience = 90000
local M = { result = { steps = {} } }

--- Leaves what was seen in $INSTAR_RESULT, where neovim.ts reads it.
function M.finish(code)
  vim.fn.writefile({ vim.fn.json_encode(M.result) }, vim.env.INSTAR_RESULT)
  vim.cmd("cquit " .. code)
end

function M.wait_for(what, condition)
  if not vim.wait(patience, condition, 50) then
    M.result.failed = "Waited " .. patience / 1000 .. " s for " .. what
    M.finish(1)
  end
  table.insert(M.result.steps, what)
end

--- Opens $INSTAR_FILE and starts the server for it. Gives the buffer and the client's id.
function M.attach()
  vim.cmd("edit " .. vim.fn.fnameescape(vim.env.INSTAR_FILE))
  local buffer = vim.api.nvim_get_current_buf()
  local client_id = vim.lsp.start_client({
    name = "instar",
    cmd = { vim.env.INSTAR_NODE, vim.env.INSTAR_SERVER, "--stdio" },
    root_dir = vim.env.INSTAR_ROOT,
    on_exit = function(code, signal)
      M.result.exit = { code = code, signal = signal }
    end,
  })
  vim.lsp.buf_attach_client(buffer, client_id)
  -- As everyone's configuration does for other files.
  vim.api.nvim_create_autocmd("BufEnter", {
    pattern = "*.ts",
    callback = function()
      vim.lsp.buf_attach_client(0, client_id)
    end,
  })
  M.wait_for("the server to be ready", function()
    local client = vim.lsp.get_client_by_id(client_id)
    return client ~= nil and client.initialized
  end)
  return buffer, client_id
end

function M.stop(client_id)
  vim.lsp.stop_client(client_id)
  M.wait_for("the server to end", function()
    return M.result.exit ~= nil
  end)
  M.finish(0)
end

return M
