#pragma once

#include <string>

// Bytes as files have them in digits.

namespace oracle {

std::string bytes_of_hex(const std::string& digits);
std::string hex_of(const std::string& bytes);
std::string bytes_of_base64(const std::string& digits);
std::string base64_of(const std::string& bytes);

}  // namespace oracle
