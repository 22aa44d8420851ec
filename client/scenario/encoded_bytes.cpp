#include "client/scenario/encoded_bytes.h"

#include <memory>

#include <openssl/crypto.h>
#include <openssl/evp.h>

namespace client::scenario {

std::expected<std::string, std::string> decode_hex(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (c == ' ' && digits.size() % 2 == 0) continue;
    // It ends at a NUL, and takes colons for blanks.
    digits += c == '\0' || c == ':' ? 'x' : c;
  }
  std::string bytes(digits.size() / 2 + 1, '\0');
  std::size_t size = 0;
  const int decoded =
      OPENSSL_hexstr2buf_ex(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), &size, digits.c_str(), '\0');
  if (decoded != 1) return std::unexpected("bad hex: a byte is two of the digits 0-9 and a-f, as in \"47 4f 54\"");
  bytes.resize(size);
  return bytes;
}

std::expected<std::string, std::string> decode_base64(std::string_view text) {
  const std::unique_ptr<EVP_ENCODE_CTX, decltype(&EVP_ENCODE_CTX_free)> context(EVP_ENCODE_CTX_new(),
                                                                                &EVP_ENCODE_CTX_free);
  std::string bytes(text.size() + 3, '\0');
  auto* const out = reinterpret_cast<unsigned char*>(bytes.data());
  int size = 0;
  int rest = 0;
  EVP_DecodeInit(context.get());
  // To OpenSSL a '-' is the end of a block in a PEM file.
  const bool is_good = !text.contains('-') &&
                       EVP_DecodeUpdate(context.get(), out, &size, reinterpret_cast<const unsigned char*>(text.data()),
                                        static_cast<int>(text.size())) >= 0 &&
                       EVP_DecodeFinal(context.get(), out + size, &rest) == 1;
  if (!is_good) return std::unexpected("bad base64: it is A-Z, a-z, 0-9, + and /, filled up with = to groups of four");
  bytes.resize(static_cast<std::size_t>(size) + static_cast<std::size_t>(rest));
  return bytes;
}

}  // namespace client::scenario
