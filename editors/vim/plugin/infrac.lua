-- Serves `.infra` files in Neovim; Vim does not read this file. `vim.g.infrac_command` names another program.

vim.api.nvim_create_autocmd("FileType", {
  pattern = "infra",
  group = vim.api.nvim_create_augroup("infrac", { clear = true }),
  callback = function(opened)
    local command = vim.g.infrac_command or { "infrac", "lsp" }
    if vim.fn.executable(command[1]) == 0 then
      return
    end
    local file = vim.api.nvim_buf_get_name(opened.buf)
    local config = { name = "infrac", cmd = command, root_dir = vim.fn.fnamemodify(file, ":p:h") }
    if vim.lsp.start then
      local root = vim.fs.find(".git", { upward = true, path = config.root_dir })[1]
      config.root_dir = root and vim.fs.dirname(root) or config.root_dir
      vim.lsp.start(config, { bufnr = opened.buf })
    else
      -- Before 0.8: one server for all files.
      vim.g.infrac_client = vim.g.infrac_client or vim.lsp.start_client(config)
      vim.lsp.buf_attach_client(opened.buf, vim.g.infrac_client)
    end
  end,
})
